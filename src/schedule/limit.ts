/**
 * One window of a quota: `requests` calls (or weights) per `perMs`.
 * Without `resetsAt` it slides; with it it is a fixed window that starts anew at that wall time in `zone` (a day window daily; a shorter one at
 * multiples of its length from there). A call counts from its permit until `perMs` after its answer.
 */
export interface Limit {
  readonly requests: number;
  readonly perMs: number;
  /** `HH:MM` */
  readonly resetsAt?: string;
  /** IANA name; UTC when absent. */
  readonly zone?: string;
}

/** Whether two declarations say the same. */
export const sameLimit = (a: Limit | undefined, b: Limit | undefined): boolean =>
  a?.requests === b?.requests && a?.perMs === b?.perMs && a?.resetsAt === b?.resetsAt && a?.zone === b?.zone;
