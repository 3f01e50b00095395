import type { KafkaFailure } from './kafka-failure.js';

/** Settles like the call, or rejects after `ms`. What the call does afterwards is ignored. For an edge: in real time. */
export async function within<T>(ms: number, call: Promise<T>, late: () => KafkaFailure): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([call, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
