import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { respond } from './respond';

/** Request of a function URL: payload version 2.0. */
interface Event {
  readonly rawPath: string;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Part of Lambda's Node.js runtime. */
declare const awslambda: {
  HttpResponseStream: { from(stream: Writable, metadata: { statusCode: number; headers: Record<string, string> }): Writable };
  streamifyResponse(handle: (event: Event, stream: Writable) => Promise<void>): unknown;
};

const key = readKey(process.env.MODEL_KEY_SECRET);

/** The model behind a function URL with response streaming. */
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8').toString();
  const result = respond(event.requestContext.http.method, event.rawPath, event.headers.authorization, body, await key);
  const response = awslambda.HttpResponseStream.from(stream, { statusCode: result.status, headers: { 'Content-Type': result.type } });
  await pipeline(Readable.from(result.body), response);
});

async function readKey(secret?: string): Promise<string> {
  const { SecretString } = await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: secret }));
  if (!SecretString) throw new Error('the model\'s key must not be empty');
  return SecretString;
}
