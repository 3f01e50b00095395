export const nextDue = 1;
