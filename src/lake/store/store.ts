/**
 * Where a table lies. Names are relative, with `/` between their parts. An object store can take the place of a disk:
 * nothing here needs a rename of what others already see.
 */
export interface Store {
  /** Names below `directory`, sorted by code unit; none where it does not exist. */
  list(directory: string): Promise<string[]>;
  /** The whole content, undefined where there is none. */
  read(name: string): Promise<Buffer | undefined>;
  /**
   * True once `bytes` are durable under `name`, false where the name was taken: the content there stays as it is.
   * Throws where the disk fails. Then the name holds all of `bytes` or nothing of them, and the caller has to look which.
   */
  putIfAbsent(name: string, bytes: Uint8Array): Promise<boolean>;
  /** A path on this machine to which another program may write a file, to be adopted. */
  scratch(): Promise<string>;
  /** Makes a finished file of `scratch` durable under `name`; false where the name was taken. Its size in bytes otherwise. */
  adopt(path: string, name: string): Promise<number | false>;
  /** Where another program reads `name`. */
  localPath(name: string): string;
  /** Ends without an error where there is nothing. */
  delete(name: string): Promise<void>;
}
