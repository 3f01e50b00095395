import type { ClusterOptions } from '../cluster.js';
import { within } from '../within.js';
import { wordedFailure } from '../worded-failure.js';
import { createClient } from './client.js';
import { kafkajsFailure, protocolError } from './failure.js';
import { createGroupCalls } from './internals.js';

const unknownMember: ReadonlySet<string> = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION']);

/** Whether this user may take part in the group. Asked by a heartbeat of nobody, so that those who take part notice nothing. @throws KafkaFailure within the deadline */
export async function tryGroup(options: ClusterOptions, groupId: string, deadlineMs: number): Promise<void> {
  const what = `the consumer group ${groupId}`;
  const { kafka, sockets } = createClient(options);
  const beat = async (): Promise<void> => {
    const coordinator = await createGroupCalls(kafka).coordinator(groupId);
    await coordinator.heartbeat({ groupId, groupGenerationId: 0, memberId: 'doctor' });
  };
  const late = () => wordedFailure('timeout', { options, what, detail: `no answer within ${deadlineMs} ms` });
  try {
    await within(deadlineMs, beat(), late);
  } catch (error) {
    if (!unknownMember.has(protocolError(error) ?? '')) throw kafkajsFailure(error, { options, what });
  } finally {
    sockets.end();
  }
}
