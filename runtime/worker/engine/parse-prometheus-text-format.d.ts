/** The package has no types of its own. */
declare module 'parse-prometheus-text-format' {
  interface MetricFamily {
    readonly name: string;
    readonly metrics: ReadonlyArray<{ readonly value: string; readonly labels?: Record<string, string> }>;
  }

  export default function parse(text: string): MetricFamily[];
}
