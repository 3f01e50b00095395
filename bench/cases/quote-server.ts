import { type AddressInfo, createServer, type Socket } from 'node:net';

/**
 * GLOBAL_QUOTE answers over bare sockets, which takes a third of what node:http takes, so that the server is not what a bench measures.
 * Every answer has another price: each is a record. `node quote-server.js LATENCY_MS`, reports its port to its parent and ends with it.
 */
const latencyMs = Number(process.argv[2] ?? 0);
const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
let served = 0;

function answerTo(symbol: string): string {
  const cents = 10_000 + (served++ % 5_000);
  const price = (cents / 100).toFixed(4);
  const body = `{
    "Global Quote": {
        "01. symbol": "${symbol}",
        "02. open": "105.0000",
        "03. high": "161.2300",
        "04. low": "95.1100",
        "05. price": "${price}",
        "06. volume": "${1_000_000 + served}",
        "07. latest trading day": "${day}",
        "08. previous close": "104.7700",
        "09. change": "0.2300",
        "10. change percent": "0.2195%"
    }
}`;
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`;
}

function talk(socket: Socket): void {
  let text = '';
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
      const symbol = /[?&]symbol=([^& ]+)/.exec(text)?.[1] ?? '';
      text = text.slice(end + 4);
      if (latencyMs === 0) socket.write(answerTo(symbol));
      else setTimeout(() => socket.write(answerTo(symbol)), latencyMs);
    }
  });
}

const server = createServer(talk).listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
