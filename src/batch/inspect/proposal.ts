import type { Dataset } from '../dataset.js';

/** What was seen, and what it means for the dataset. */
export interface Finding {
  /** The option or field it is about. */
  readonly about: string;
  readonly detail: string;
  /** Nothing in the file says so: a person should look. */
  readonly isAssumed?: true;
}

export type Proposal =
  | { readonly ok: true; readonly dataset: Dataset; readonly findings: readonly Finding[] }
  | { readonly ok: false; readonly reason: string; readonly findings: readonly Finding[] };

/** What a person says beforehand. */
export interface Asked {
  readonly symbol?: string;
  /** IANA zone of local times. */
  readonly zone?: string;
  readonly dates?: 'dmy' | 'mdy';
  readonly decimal?: '.' | ',';
  readonly kind?: Dataset['kind'];
}

/** Why there is no proposal; its message is one line for people. */
export class NoProposal extends Error {
  override readonly name = 'NoProposal';
}

/** What is known of the file when its columns are given their meaning. */
export interface Looked {
  /** Without folders. */
  readonly name: string;
  readonly asked: Asked;
  readonly find: (about: string, detail: string, isAssumed?: true) => void;
}
