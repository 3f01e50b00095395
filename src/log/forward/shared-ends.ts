import type { Cluster } from '../kafka/cluster.js';

/**
 * Lanes that ask for the ends of one topic at the same time get one answer: on brokers that are slow the questions of many partitions, each asked anew when it
 * was late, would keep each other from being answered in time, for ever.
 */
export function sharedEnds(cluster: Pick<Cluster, 'ends'>): Cluster['ends'] {
  const asked = new Map<string, ReturnType<Cluster['ends']>>();
  return topic => {
    const answer = asked.get(topic) ?? cluster.ends(topic).finally(() => asked.delete(topic));
    asked.set(topic, answer);
    return answer;
  };
}
