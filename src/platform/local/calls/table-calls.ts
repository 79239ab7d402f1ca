// CreateTable and UpdateTable where they say something of a stream; all else of them is dynalite's.
import type { DynaliteTable } from '../dynalite.ts'
import { promised } from '../dynalite.ts'
import { invalid, refusal } from './answers.ts'
import type { Kit } from './kit.ts'
import type { ViewType } from './stream-record.ts'
import { newStream, type Stream } from './streams.ts'

const specification = { type: 'FieldStruct<StreamSpecification>', children: { StreamEnabled: { type: 'Boolean', notNull: true }, StreamViewType: { type: 'String', enum: ['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY'] } } }
const targets: Readonly<Record<string, (kit: Kit, input: Record<string, unknown>) => Promise<object>>> = { 'DynamoDB_20120810.CreateTable': createTable, 'DynamoDB_20120810.UpdateTable': updateTable }

/** The call where it is such a one, told without reading it. */
export function tableCall(target: string, body: string | Buffer): ((kit: Kit, input: Record<string, unknown>) => Promise<object>) | undefined {
  return Object.hasOwn(targets, target) && body.includes('"StreamSpecification"') ? targets[target] : undefined
}

async function createTable(kit: Kit, body: Record<string, unknown>): Promise<object> {
  const { dynalite, streams } = kit
  const { types, custom, act } = dynalite.callOf('createTable')
  const input = dynalite.validations.checkTypes(body, { ...types, StreamSpecification: specification })
  dynalite.validations.checkValidations(input, { ...types, StreamSpecification: specification }, custom, dynalite.store)
  const view = wantedView(input)
  const stream = view === undefined ? undefined : streamOf(kit, input as unknown as DynaliteTable, view)
  if (stream === undefined) delete input['StreamSpecification']
  else Object.assign(input, { LatestStreamArn: stream.arn, LatestStreamLabel: stream.label })
  // The table names its stream from its first moment on.
  const made = await promised<object>((done) => act(dynalite.store, input, done as never))
  if (stream !== undefined) await streams.begin(stream)
  return made
}

async function updateTable(kit: Kit, body: Record<string, unknown>): Promise<object> {
  const { dynalite } = kit
  const { StreamSpecification, AttributeDefinitions, ...rest } = body
  const { types, custom, act } = dynalite.callOf('updateTable')
  const ownTypes = { TableName: types['TableName'], StreamSpecification: specification }
  const own = dynalite.validations.checkTypes({ TableName: rest['TableName'], StreamSpecification }, ownTypes)
  dynalite.validations.checkValidations(own, ownTypes)
  const others = Object.keys(rest).some((name) => name !== 'TableName' && rest[name] !== null && Object.hasOwn(types, name))
  // Refused before anything is done.
  const input = others ? dynalite.validations.checkTypes({ ...rest, AttributeDefinitions }, types) : undefined
  if (input !== undefined) dynalite.validations.checkValidations(input, types, custom, dynalite.store)
  const described = await changeStream(kit, own['TableName'] as string, wantedView(own))
  return input === undefined ? { TableDescription: described } : promised((done) => act(dynalite.store, input, done))
}

// While nobody else changes the table.
function changeStream(kit: Kit, name: string, view: ViewType | undefined): Promise<DynaliteTable> {
  const { store } = kit.dynalite
  return new Promise((resolve, reject) => {
    store.tableDb.lock(name, (release) => {
      const finished = release<DynaliteTable>((failure, table) => (failure ? reject(failure) : resolve(table!)))
      changed(kit, name, view).then((table) => finished(null, table), finished)
    })
  })
}

async function changed(kit: Kit, name: string, view: ViewType | undefined): Promise<DynaliteTable> {
  const { dynalite, streams } = kit
  const table = await promised<DynaliteTable>((done) => dynalite.store.getTable(name, false, done))
  if (table.TableStatus !== 'ACTIVE') throw refusal('ResourceInUseException', `Attempt to change a resource which is still in use: Table is being ${table.TableStatus === 'UPDATING' ? 'updated' : 'created'}: ${name}`)
  const isOpen = streams.openOf(name) !== undefined
  if (view === undefined) {
    if (!isOpen) throw invalid('Table does not have a stream to disable: TableName: ' + name)
    const { StreamSpecification: _, ...rest } = table
    await streams.end(name, [{ type: 'put', key: `table~${name}`, value: rest }])
    return rest
  }
  if (isOpen) throw invalid(`Table already has an enabled stream: TableName: ${name}`)
  const stream = streamOf(kit, table, view)
  const renewed = { ...table, StreamSpecification: { StreamEnabled: true, StreamViewType: view }, LatestStreamArn: stream.arn, LatestStreamLabel: stream.label }
  await streams.begin(stream, [{ type: 'put', key: `table~${name}`, value: renewed }])
  return renewed
}

function streamOf({ dynalite, streams, now }: Kit, table: Pick<DynaliteTable, 'TableName' | 'KeySchema'>, view: ViewType): Stream {
  return newStream(dynalite.store, table, { view, now: now(), known: streams.all() })
}

function wantedView(input: Record<string, unknown>): ViewType | undefined {
  const { StreamEnabled, StreamViewType } = (input['StreamSpecification'] ?? {}) as { StreamEnabled?: boolean; StreamViewType?: ViewType }
  if (StreamEnabled === true && StreamViewType === undefined) throw invalid('One or more parameter values were invalid: StreamViewType must be specified when StreamEnabled is true')
  if (StreamEnabled !== true && StreamViewType !== undefined) throw invalid('One or more parameter values were invalid: StreamViewType may not be specified when StreamEnabled is false')
  return StreamEnabled === true ? StreamViewType : undefined
}
