import type { CheckName } from './checks';
import { probe, type Report } from './probe';
import { reportText } from './report';

/** Which checks an invocation runs: all of them take longer than whoever invokes this may wait. */
interface Event {
  readonly checks?: CheckName[];
}

/** The probe beside the deployment that it looks at; `PROBE_URL` and `PROBE_API_URL` say where that is. */
export async function handler({ checks }: Event): Promise<Report> {
  const { PROBE_URL: url, PROBE_API_URL: apiUrl } = process.env;
  if (!url) throw new Error('PROBE_URL must be set');
  const report = await probe({ url, apiUrl, checks });
  console.log(reportText(report));
  return report;
}
