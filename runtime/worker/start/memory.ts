/**
 * Share of the function's memory for the heap's old space. The rest of LibreChat uses about 250 MB. With a full heap,
 * LibreChat exits with a message before Lambda kills the environment without one.
 */
const OLD_SPACE_SHARE = 0.75;

/** Memory of the function in MB. Undefined outside Lambda. */
export function memoryMbOf(environment: NodeJS.ProcessEnv): number | undefined {
  return Number(environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE) || undefined;
}

/** By default, Node.js sizes its heap by the memory of the machine, not of the function. */
export function heapOptions(environment: NodeJS.ProcessEnv): Record<string, string> {
  const memoryMb = memoryMbOf(environment);
  const given = environment.NODE_OPTIONS ?? '';
  if (!memoryMb || /--max[-_]old[-_]space[-_]size/.test(given)) return {};
  return { NODE_OPTIONS: `${given} --max-old-space-size=${Math.floor(memoryMb * OLD_SPACE_SHARE)}`.trim() };
}
