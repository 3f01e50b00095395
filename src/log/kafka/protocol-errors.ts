import type { KafkaFailureCode } from './kafka-failure.js';

/**
 * What the brokers' error codes mean to us, by their names in the protocol (kafka.apache.org/protocol#protocol_error_codes) and the older ones that clients
 * still use. What is not named is `broker`: the same again later.
 */
const codes: Readonly<Record<string, KafkaFailureCode>> = {
  NOT_LEADER_OR_FOLLOWER: 'not-leader',
  NOT_LEADER_FOR_PARTITION: 'not-leader',
  LEADER_NOT_AVAILABLE: 'not-leader',
  REPLICA_NOT_AVAILABLE: 'not-leader',
  FENCED_LEADER_EPOCH: 'not-leader',
  UNKNOWN_LEADER_EPOCH: 'not-leader',
  NOT_ENOUGH_REPLICAS: 'too-few-replicas',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'too-few-replicas',
  REQUEST_TIMED_OUT: 'timeout',
  NETWORK_EXCEPTION: 'unreachable',
  BROKER_NOT_AVAILABLE: 'unreachable',
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  INVALID_RECORD: 'invalid-record',
  INVALID_TIMESTAMP: 'invalid-record',
  UNSUPPORTED_FOR_MESSAGE_FORMAT: 'invalid-record',
  OUT_OF_ORDER_SEQUENCE_NUMBER: 'sequence',
  DUPLICATE_SEQUENCE_NUMBER: 'sequence',
  INVALID_PRODUCER_EPOCH: 'sequence',
  INVALID_PRODUCER_ID_MAPPING: 'sequence',
  UNKNOWN_PRODUCER_ID: 'sequence',
  PRODUCER_FENCED: 'sequence',
  UNKNOWN_TOPIC_OR_PARTITION: 'topic-missing',
  UNKNOWN_TOPIC_ID: 'topic-missing',
  TOPIC_ALREADY_EXISTS: 'topic-exists',
  INVALID_TOPIC_EXCEPTION: 'topic-invalid',
  INVALID_PARTITIONS: 'topic-invalid',
  INVALID_REPLICATION_FACTOR: 'topic-invalid',
  INVALID_REPLICA_ASSIGNMENT: 'topic-invalid',
  INVALID_CONFIG: 'topic-invalid',
  POLICY_VIOLATION: 'topic-invalid',
  TOPIC_AUTHORIZATION_FAILED: 'authorization',
  CLUSTER_AUTHORIZATION_FAILED: 'authorization',
  GROUP_AUTHORIZATION_FAILED: 'authorization',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'authorization',
  SASL_AUTHENTICATION_FAILED: 'authentication',
  UNSUPPORTED_SASL_MECHANISM: 'authentication',
  ILLEGAL_SASL_STATE: 'authentication',
  UNSUPPORTED_VERSION: 'unsupported',
  UNSUPPORTED_COMPRESSION_TYPE: 'unsupported',
};

export const codeOfProtocolError = (name: string): KafkaFailureCode => codes[name] ?? 'broker';
