import test from 'ava';
import { claimsTopic, wantedTopics } from '../../src/commands/wanted-topics.js';
import { good } from '../config/loading.js';
import { kafkaSettings } from './kafka-settings.js';

const topicsOf = (scale: string) =>
  wantedTopics(good(`scale: ${scale}\nlog: { kind: kafka, kafka: { brokers: ["127.0.0.1:1"] } }\n`));

test('the state of several instances is compact in Kafka, and in the local log only what waits: keys that are used once would fill it', t => {
  const found = topicsOf('many').find(({ name }) => name === 'market.cursors');
  t.deepEqual([found?.cleanup, found?.localCleanup], ['compact', 'delete']);
  t.false(topicsOf('one').some(({ name }) => name === 'market.cursors'));
});

test('claims lie in Kafka only', t => {
  const config = good('scale: many\nlog: { kind: kafka, kafka: { brokers: ["127.0.0.1:1"] } }\n');
  const { name, cleanup } = claimsTopic(config.topics, kafkaSettings);
  t.deepEqual([name, cleanup], ['market.units', 'compact']);
  t.false(wantedTopics(config).some(topic => topic.name === name));
});
