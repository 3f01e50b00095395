/** Visible ASCII without quotes and without what parts fields in list files: such a "symbol" is a line of another format. */
const shape = /^[!-~]{1,32}$/;
const foreign = /["'`|,;]/;

/** Why this is no symbol; undefined for one. `BRK.B`, `ABR$D`, `GAB^#`, `EUR/USD`, `NXT(EXP20091224)`, `TRUE` and `T` are symbols. */
export function symbolFault(text: string): string | undefined {
  if (text === '') return 'no symbol';
  return shape.test(text) && !foreign.test(text) ? undefined : `${JSON.stringify(text.slice(0, 40))} is no symbol`;
}
