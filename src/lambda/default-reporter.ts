// The function that tells people where the service has no hook of its own.
import { toReporter } from './reporter.ts'

export const handler: ReturnType<typeof toReporter> = toReporter()
