/**
 * Share of the function's memory for the heap's old space. The rest of LibreChat takes some 250 MB: so a heap that is
 * full ends LibreChat with a message before Lambda ends the environment without one.
 */
const OLD_SPACE_SHARE = 0.75;

/** The function's memory in MB; nothing where Lambda does not tell. */
export function memoryMbOf(environment: NodeJS.ProcessEnv): number | undefined {
  return Number(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) || undefined;
}

/** Node.js sizes its heap after the machine, which is not the function's memory. */
export function heapOptions(environment: NodeJS.ProcessEnv): Record<string, string> {
  const memoryMb = memoryMbOf(environment);
  const given = environment.NODE_OPTIONS ?? '';
  if (!memoryMb || /--max[-_]old[-_]space[-_]size/.test(given)) return {};
  return { NODE_OPTIONS: `${given} --max-old-space-size=${Math.floor(memoryMb * OLD_SPACE_SHARE)}`.trim() };
}
