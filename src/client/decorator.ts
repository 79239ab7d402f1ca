// The decorator that a document asks for with x-decorate-request.
import { nearest, UsageError } from '../errors/index.ts'
import type { Call } from './call.ts'
import type { Decorator } from './options.ts'

/** The decorator of an operation; one that changes nothing where it asks for none. Throws a UsageError where the client does not know it. */
export function decoratorOf({ spec, operation, options }: Call): Decorator {
  const name = operation.settings.decorateRequest
  if (name === undefined) return (send) => send
  const known = options.decorators ?? {}
  const decorator = Object.hasOwn(known, name) ? known[name] : undefined
  if (decorator !== undefined) return decorator
  const near = nearest(name, Object.keys(known))
  // Calling without it could mean calling without what it adds, such as a signature.
  throw new UsageError({
    code: 'client-decorator-missing',
    file: '',
    pointer: `decorators.${name}`,
    message: `${operation.id} of ${spec.api} names the decorator ${JSON.stringify(name)} in x-decorate-request, which the client was not given`,
    hint: near === undefined ? `pass { decorators: { ${JSON.stringify(name)}: (send) => ... } } to createClient` : `did you mean ${JSON.stringify(near)}?`,
  })
}
