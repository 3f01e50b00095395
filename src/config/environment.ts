/** Environment variables as an argument. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The process's own variables: the only place that reads them. */
export const processEnv = (): Env => process.env;
