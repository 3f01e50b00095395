/** One trading session; times are epoch ms, `openMs` inclusive, `closeMs` exclusive. `date` is the exchange's trading date. */
export interface Session {
  readonly date: string;
  readonly openMs: number;
  readonly closeMs: number;
  readonly early: boolean;
}

export interface Calendar {
  /** `XNYS`, `XNAS`, `24/7` */
  readonly name: string;
  /** IANA zone of its trading dates. */
  readonly zone: string;
  /** The session of a trading date, or undefined on a holiday or weekend. Dates out of the known range follow the weekday rule. */
  session(date: string): Session | undefined;
  /** The session that contains `ms`, or else the next one after it. */
  sessionAtOrAfter(ms: number): Session;
  /** The newest session that closed at or before `ms`. */
  lastClosed(ms: number): Session;
}
