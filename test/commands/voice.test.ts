import test from 'ava';
import type { Io } from '../../src/commands/io.js';
import { createVoice } from '../../src/commands/voice.js';
import { redactor } from '../../src/metrics/redactor.js';
import { quietIo } from './quiet-io.js';

function spoken(format: 'auto' | 'pretty' | 'json', isTty: boolean): string {
  let err = '';
  const io: Io = {
    ...quietIo,
    err: text => {
      err += text;
    },
    isTty,
  };
  createVoice({ level: 'info', format }, io, redactor(['CANARY4711'])).say('feed a: refused CANARY4711');
  return err;
}

test('a problem is a plain sentence for people and an error line among JSON lines', t => {
  t.is(spoken('auto', true), 'feed a: refused ***\n');
  t.is(spoken('pretty', false), 'feed a: refused ***\n');
  for (const isTty of [true, false])
    t.like(JSON.parse(spoken('json', isTty)), { level: 'error', msg: 'feed a: refused ***' });
  t.like(JSON.parse(spoken('auto', false)), { level: 'error', msg: 'feed a: refused ***' });
});
