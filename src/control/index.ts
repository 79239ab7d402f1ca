// Live control of a stage: switches of operations, interrupts, what runs. Knows no cloud and no pipeline.
export { ChangeRefused, changeSettings, type InterruptOrder, interruptRequests, type SettingsChange } from './change.ts'
export { type FreshSwitches, type FreshSwitchesOptions, type KnownSwitches, openFreshSwitches, switchesFor } from './fresh-switches.ts'
export { routeId } from './route-id.ts'
export { listWhatRuns, type Running } from './running.ts'
export { layer, type LogSwitch, type Preempt, type Rate, settingNames, type Settings, type SettingsFault, type SwitchName } from './settings.ts'
export { type Interrupt, type Layer, type SwitchNote, wholeStage } from './state.ts'
export { type OperationStats, operationStats, type StatsOptions } from './stats.ts'
export { type ControlView, nothingSet, type OperationControl, readControl } from './view.ts'
