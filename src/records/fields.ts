/** What a bar or a quote can have from a file, and whether it must. Times: one of the two. */
export const barFields = {
  symbol: 'needed',
  time: 'time',
  date: 'time',
  open: 'needed',
  high: 'needed',
  low: 'needed',
  close: 'needed',
  volume: 'optional',
  adjustedClose: 'optional',
  dividend: 'optional',
  splitFactor: 'optional',
  currency: 'optional',
} as const;

export const quoteFields = {
  symbol: 'needed',
  time: 'time',
  date: 'time',
  price: 'needed',
  open: 'optional',
  high: 'optional',
  low: 'optional',
  previousClose: 'optional',
  volume: 'optional',
  bid: 'optional',
  ask: 'optional',
} as const;

export type FieldName = keyof typeof barFields | keyof typeof quoteFields;
