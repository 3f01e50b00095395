import test from 'ava';
import { redactor } from '../../src/sources/redact.js';

test('a short key is replaced where it stands alone, in any case, and shreds no other word', t => {
  const redact = redactor('demo');
  t.is(redact('your key DEMO, demo-2 and the democracy of (demo)'), 'your key ***, demo-2 and the democracy of (***)');
  t.is(redactor('a')('a day at https://x/?apikey=a&b=1'), '*** day at https://x/?apikey=***&b=1');
});

test('a key of ordinary length is replaced anywhere', t => {
  t.is(redactor('CANARY4711')('xCANARY4711x canary4711'), 'x***x ***');
  t.is(redactor('CANARY 4711+')('?k=CANARY+4711%2B'), '?k=***');
});

test('a key with zeros between its letters, as of a text read in a wrong coding, is replaced too', t => {
  const spread = (text: string, zeros: string): string => text.split('').join(zeros);
  for (const zeros of ['\0', '\0\0\0']) t.is(redactor('CANARY4711')(spread('key CANARY4711.', zeros)), 'key ***.');
});
