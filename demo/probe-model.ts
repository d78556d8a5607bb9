import { randomBytes } from 'node:crypto';
import { dump, load } from 'js-yaml';
import type { Emulator } from '../emulator/emulator';
import { PROBE_MODEL, serveModel } from '../probe';

const CONFIG_FILE = /\.ya?ml$/;

interface Config {
  readonly endpoints?: { readonly custom?: object[] };
}

/**
 * Serves the probe's model on this machine, and adds it as a custom endpoint to the `librechat.yaml` of an emulated stack:
 * LibreChat cannot reply without a model. Call it before the first request, because LibreChat reads its configuration when it
 * starts. Returns a function that stops the model.
 */
export async function addProbeModel({ services }: Emulator): Promise<() => void> {
  const key = randomBytes(16).toString('hex');
  const server = await serveModel(key);
  const endpoint = {
    name: PROBE_MODEL.endpoint,
    apiKey: key,
    baseURL: server.url,
    models: { default: [PROBE_MODEL.model], fetch: false },
    titleConvo: true,
    titleModel: PROBE_MODEL.model,
    modelDisplayLabel: PROBE_MODEL.endpoint,
  };
  for (const bucket of services.s3.buckets.values()) {
    for (const [name, { body, headers }] of bucket.objects) {
      if (CONFIG_FILE.test(name)) bucket.put(name, Buffer.from(withEndpoint(body.toString(), endpoint)), headers);
    }
  }
  return () => server.close();
}

function withEndpoint(text: string, endpoint: object): string {
  const config = load(text) as Config;
  return dump({ ...config, endpoints: { ...config.endpoints, custom: [...config.endpoints?.custom ?? [], endpoint] } });
}
