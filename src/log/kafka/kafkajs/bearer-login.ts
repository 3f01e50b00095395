import type { Mechanism } from 'kafkajs';
import type { TokenProvider } from '../cluster.js';

const lengthBytes = 4;

/**
 * OAUTHBEARER (RFC 7628). KafkaJS has it inside but does not look at the answer: a token that the brokers refuse passes for a login, and what
 * follows is a connection that closes without a reason.
 */
export const bearerLogin = (token: TokenProvider): Mechanism => ({
  mechanism: 'oauthbearer',
  authenticationProvider: ({ saslAuthenticate }) => ({
    async authenticate() {
      const message = Buffer.from(`n,,\u0001auth=Bearer ${await token()}\u0001\u0001`);
      await saslAuthenticate({
        request: { encode: () => sized(message) },
        response: { decode: bytes => bytes.subarray(lengthBytes), parse: throwRefusal },
      });
    },
  }),
});

/** Empty where the token was taken, else why it was not. */
function throwRefusal(answer: Buffer): void {
  if (answer.length === 0) return;
  const name = 'KafkaJSSASLAuthenticationError';
  throw Object.assign(new Error(answer.toString().slice(0, 200)), { name, retriable: false });
}

function sized(message: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes);
  length.writeInt32BE(message.length);
  return Buffer.concat([length, message]);
}
