import parse from 'parse-prometheus-text-format';
import type { LibreChat } from './librechat';

const IN_FLIGHT = 'generation_jobs_in_flight';

/** Number of replies that this LibreChat process generates. */
export async function jobsInFlight(librechat: LibreChat): Promise<number> {
  const headers = { authorization: `Bearer ${librechat.metricsSecret}` };
  const { statusCode, body } = await librechat.call('/metrics', { method: 'GET', headers });
  if (statusCode !== 200) throw new Error(`/metrics responded with ${statusCode}`);
  const family = parse(body.toString()).find(({ name }) => name === IN_FLIGHT);
  if (!family) throw new Error(`/metrics must contain ${IN_FLIGHT}`);
  return family.metrics.reduce((sum, { value }) => sum + Number(value), 0);
}
