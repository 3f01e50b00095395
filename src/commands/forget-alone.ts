import { forgetFiles } from '../batch/file-admin.js';
import type { Config } from '../config/options.js';
import { ownWriter } from '../log/writer.js';
import type { FileSelection, FilesDone } from '../metrics/changes.js';
import { realTime } from '../streams/time.js';
import { alone } from './alone.js';

/** Takes files out of the ledger, without an instance. @throws LogFailure, KafkaFailure */
export async function forgetAlone(config: Config, selection: FileSelection): Promise<FilesDone> {
  const done = await alone(config, log =>
    forgetFiles(
      log,
      { topic: config.topics.files, writer: ownWriter('forget', log), nowMs: realTime.now() },
      selection,
    ),
  );
  return done?.result ?? { done: [], unknown: 'files' in selection ? selection.files : [] };
}
