import { timingSafeEqual } from 'node:crypto';
import { type RequestHandler } from 'express';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** The metrics at `/metrics`, with LibreChat's names. */
export class Metrics {
  readonly registry = new Registry();

  /** Running generations of this process. */
  readonly jobsInFlight = new Gauge({
    name: 'generation_jobs_in_flight',
    help: 'Generation jobs currently running in this process',
    labelNames: ['store'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Returns metrics in Prometheus' format to clients that have the secret. */
  handler(secret: string): RequestHandler {
    const expected = Buffer.from(`Bearer ${secret}`);
    return async (req, res) => {
      const given = Buffer.from(req.get('authorization') ?? '');
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return void res.status(401).send('Unauthorized');
      res.type(this.registry.contentType).send(await this.registry.metrics());
    };
  }
}
