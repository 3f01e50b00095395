/** What became of one round. */
export interface Result {
  /** `PART/…`: what `--only` takes to replay it. */
  readonly name: string;
  readonly faults: readonly string[];
  readonly detail: string;
}
