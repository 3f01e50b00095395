import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { buildConnector } from 'undici';

/**
 * Connections through a proxy's CONNECT, for either scheme. Not undici's ProxyAgent: it waits for a silent proxy without end, and tells of a
 * refusal only in words of its own.
 * @param proxy its address, with the credentials that go to it alone
 * @param timeoutMs for the way to the proxy and its answer, and again for TLS through it
 */
export function tunnelThrough(proxy: string, timeoutMs: number): buildConnector.connector {
  const { protocol, hostname, port, username, password } = new URL(proxy);
  const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  const secured = buildConnector({ timeout: timeoutMs });
  return (target, callback) => {
    const host = target.hostname.includes(':') ? `[${target.hostname}]` : target.hostname;
    const path = `${host}:${target.port || (target.protocol === 'https:' ? 443 : 80)}`;
    const asking = (protocol === 'https:' ? secureRequest : plainRequest)({
      method: 'CONNECT',
      host: hostname.replace(/^\[|\]$/g, ''),
      port,
      path,
      agent: false,
      headers: {
        Host: path,
        'Proxy-Connection': 'keep-alive',
        ...(username !== '' && { 'Proxy-Authorization': `Basic ${credentials}` }),
      },
    });
    const timer = setTimeout(() => asking.destroy(), timeoutMs);
    asking.once('error', error => {
      clearTimeout(timer);
      callback(error, null);
    });
    asking.once('connect', ({ statusCode }, socket, head) => {
      clearTimeout(timer);
      if (statusCode !== 200) {
        // A failure and no answer: a proxy's 407 or 502 must not come back as if the vendor had given it. Nothing of its text is kept.
        socket.destroy();
        callback(Object.assign(new Error('the proxy refused'), { code: `PROXY_${statusCode}` }), null);
        return;
      }
      if (head.length > 0) socket.unshift(head);
      if (target.protocol === 'https:') secured({ ...target, httpSocket: socket }, callback);
      else callback(null, socket);
    });
    asking.end();
  };
}
