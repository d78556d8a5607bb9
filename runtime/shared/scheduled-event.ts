/** Scheduled events of EventBridge: they keep functions active, and LibreChat's schedules running. */
export function isScheduledEvent(event: unknown): boolean {
  const source = (event as { source?: unknown } | null)?.source;
  return source === 'aws.events' || source === 'aws.scheduler';
}
