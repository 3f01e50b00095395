import { wallMs } from '../records/instant.js';

const dayMs = 86_400_000;

/** Days since 1970-01-01 of a date `YYYY-MM-DD`, so that dates can be counted with. */
export const dayNumber = (date: string): number => wallMs(date) / dayMs;

/** The date of a day number. */
export const dateOfDay = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** 0 is Sunday, 6 is Saturday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;
