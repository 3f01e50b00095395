import type { Command } from 'commander';
export const addTail = (_p: Command, _i: object, _l: object): void => undefined;
