import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Properties } from './properties.js';

const run = promisify(execFile);

/** A certificate and its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Security {
  /** PEM of the authority that signed the brokers' certificate. */
  readonly ca: string;
  /** An authority that signed nothing here. */
  readonly strangerCa: string;
  /** Signed for the user `app`; the listener `MUTUAL` takes it. */
  readonly client: Certificate;
  /** PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 know the same users. Only `admin` may do everything; the others need an ACL. */
  readonly users: Readonly<Record<'app' | 'admin', string>>;
  /** A token for OAUTHBEARER that the brokers take: nobody signed it. */
  token(user: string, issuedAt: Date): string;
  readonly properties: Properties;
  /** For Kafka's format tool: SCRAM users are part of the metadata. */
  readonly formatArguments: readonly string[];
}

const users = { app: 'app-secret', admin: 'admin-secret' } as const;
const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const login = (mechanism: string, module: string, options = ''): [string, string] => [
  `listener.name.sasl.${mechanism.toLowerCase()}.sasl.jaas.config`,
  `org.apache.kafka.common.security.${module} required${options};`,
];

/** Makes certificates with openssl and says what brokers need to use them. */
export async function makeSecurity(directory: string): Promise<Security> {
  const file = (name: string): string => join(directory, name);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  for (const name of ['ca', 'stranger'])
    await openssl(
      'req',
      '-x509',
      ...curve,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      file(`${name}.key`),
      '-out',
      file(`${name}.pem`),
    );
  const signed = async (name: string, subject: string, extension: string): Promise<Certificate> => {
    const request = ['-subj', subject, '-addext', extension, '-addext', 'basicConstraints=critical,CA:FALSE'];
    const authority = ['-CA', file('ca.pem'), '-CAkey', file('ca.key')];
    const files = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
    await openssl('req', '-x509', ...curve, ...request, ...authority, ...files);
    return { cert: await readFile(file(`${name}.pem`), 'utf8'), key: await readFile(file(`${name}.key`), 'utf8') };
  };
  const server = await signed('server', '/CN=broker', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  const client = await signed('client', '/CN=app', 'extendedKeyUsage=clientAuth');
  const [ca, strangerCa] = await Promise.all([
    readFile(file('ca.pem'), 'utf8'),
    readFile(file('stranger.pem'), 'utf8'),
  ]);
  await writeFile(file('keystore.pem'), server.key + server.cert);
  const known = Object.entries(users).map(([user, password]) => ` user_${user}="${password}"`);
  return {
    ca,
    strangerCa,
    client,
    users,
    token: (user, issuedAt) => unsignedToken(user, issuedAt),
    properties: {
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': file('keystore.pem'),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': file('ca.pem'),
      'ssl.principal.mapping.rules': 'RULE:^CN=(.*?)$/$1/',
      'listener.name.mutual.ssl.client.auth': 'required',
      'sasl.enabled.mechanisms': ['PLAIN', ...scram, 'OAUTHBEARER'].join(','),
      ...Object.fromEntries([
        login('PLAIN', 'plain.PlainLoginModule', known.join('')),
        ...scram.map(mechanism => login(mechanism, 'scram.ScramLoginModule')),
        login('OAUTHBEARER', 'oauthbearer.OAuthBearerLoginModule', ' unsecuredLoginStringClaim_sub="broker"'),
      ]),
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      // Brokers, controllers and our own admin program speak on listeners without a login.
      'super.users': 'User:ANONYMOUS;User:admin',
    },
    formatArguments: scram.flatMap(mechanism =>
      Object.entries(users).flatMap(([user, password]) => [
        '--add-scram',
        `${mechanism}=[name=${user},password=${password}]`,
      ]),
    ),
  };
}

/** What Kafka calls an unsecured JWS: header, claims, no signature. */
function unsignedToken(user: string, issuedAt: Date): string {
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(issuedAt.getTime() / 1000);
  return `${encoded({ alg: 'none' })}.${encoded({ sub: user, iat, exp: iat + 3600 })}.`;
}

async function openssl(...args: readonly string[]): Promise<void> {
  await run('openssl', args);
}
