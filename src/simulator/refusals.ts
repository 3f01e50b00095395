import type { Plan } from './plans.js';

/** An answer that holds no data, as the vendor words it: HTTP 200, one key. Wordings collected in the project's notes on the vendor. */
export type Refusal = Readonly<Partial<Record<'Information' | 'Note' | 'Error Message', string>>>;

const premium = 'https://www.alphavantage.co/premium/';
const support = 'Please contact support@alphavantage.co if you are targeting a higher API request volume.';

export const burst = ({ wording, perSecond = 20 }: Plan): Refusal => ({
  Information:
    wording === 'premium'
      ? `Burst pattern detected. Please consider spreading out your API requests more evenly across a 1-minute window and query no more than ${perSecond} requests per second. ${support}`
      : `Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans at ${premium} to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints`,
});

export const minute = ({ wording }: Plan): Refusal =>
  wording === 'premium'
    ? {
        Information: `Minute-level rate limit exceed. Please stay under the number of API requests per minute for your premium subscription plan. ${support}`,
      }
    : note;

/** The wording of 2018 to 2023, under a key of its own. */
export const note: Refusal = {
  Note: `Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day. Please visit ${premium} if you would like to target a higher API call frequency.`,
};

/** It repeats the key. */
export const day = ({ perDay = 25 }: Plan, key: string): Refusal => ({
  Information: `We have detected your API key as ${key} and our standard API rate limit is ${perDay} requests per day. Please subscribe to any of the premium plans at ${premium} to instantly remove all daily rate limits.`,
});

export const notPremium: Refusal = {
  Information: `Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans at ${premium} to instantly unlock all premium endpoints`,
};

export const notFull = (name: string): Refusal => ({
  Information: `Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the ${name} endpoint. You may subscribe to any of the premium plans at ${premium} to instantly unlock all premium features`,
});

export const demoKey: Refusal = {
  Information:
    'The **demo** API key is for demo purposes only. Please claim your free API key at (https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer than 20 seconds.',
};

export const invalidKey: Refusal = {
  'Error Message':
    'the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds.',
};

export const badCall = (name: string): Refusal => ({
  'Error Message': `Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for ${name}.`,
});

export const noSuchFunction = (name: string): Refusal => ({
  'Error Message': `This API function (${name}) does not exist.`,
});

/** Beside rows that look real. */
export const artificialRows = `This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***. To access the actual data, please subscribe to any premium plan that mentions 'Realtime US Market Data' in its description at ${premium} for your personal non-professional use. For professional/commercial use, please contact support at support@alphavantage.co.`;
