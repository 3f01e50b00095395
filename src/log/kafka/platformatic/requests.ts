import {
  type Api,
  type ApiVersions,
  apiVersionsV3,
  createTopicsV7,
  describeConfigsV4,
  fetchV13,
  initProducerIdV4,
  listOffsetsV7,
  metadataV12,
  produceV9,
} from '@platformatic/kafka';

/** The requests that are sent, each in one version: those that Kafka 3.1 and later know, so that nothing is negotiated. */
export const requests = {
  versions: apiVersionsV3.api,
  metadata: metadataV12.api,
  producerId: initProducerIdV4.api,
  produce: produceV9.api,
  fetch: fetchV13.api,
  offsets: listOffsetsV7.api,
  createTopics: createTopicsV7.api,
  configs: describeConfigsV4.api,
};

export type Request<Asked extends readonly unknown[], Answer> = Api<Asked, Answer>;

/** Names of the requests that these brokers do not know in our version. */
export function unknownRequests({ apiKeys }: ApiVersions): readonly string[] {
  const known = new Map(apiKeys.map(api => [api.apiKey, api]));
  return Object.entries(requests)
    .filter(([, { key, version }]) => {
      const range = known.get(key);
      return !(range && range.minVersion <= version && version <= range.maxVersion);
    })
    .map(([name, { version }]) => `${name} v${version}`);
}
