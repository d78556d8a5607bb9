import type { CheckName } from './checks';
import { probe, type Report } from './probe';
import { reportText } from './report';

/** The checks to run: the caller's timeout may be too short for all of them. */
interface Event {
  readonly checks?: CheckName[];
}

/** The deployed probe. `PROBE_URL` and `PROBE_API_URL` specify the deployment to check. */
export async function handler({ checks }: Event): Promise<Report> {
  const { PROBE_URL: url, PROBE_API_URL: apiUrl } = process.env;
  if (!url) throw new Error('PROBE_URL must be set');
  const report = await probe({ url, apiUrl, checks });
  console.log(reportText(report));
  return report;
}
