/** How much is stored, and how long each measurement takes. */
export interface Plan {
  largeGroup: number;
  smallGroups: number;
  smallGroup: number;
  /** Of one latency measurement; it is cut into `rounds`, taken in turn with those that it is compared with. */
  measureMs: number;
  rounds: number;
  starts: number;
  coldProcesses: number;
  coldGroups: number;
}

export const FULL: Plan = { largeGroup: 10_000, smallGroups: 100, smallGroup: 1_000, measureMs: 9_000, rounds: 3, starts: 7, coldProcesses: 5, coldGroups: 10 };
export const QUICK: Plan = { largeGroup: 10_000, smallGroups: 10, smallGroup: 1_000, measureMs: 1_500, rounds: 3, starts: 3, coldProcesses: 2, coldGroups: 5 };

export const STORES_PER_S = 200;
export const WARM_UP_MS = 300;
/** Connections of the open loop of stores beside the recalls: more than are ever in flight at that rate. */
export const OPEN_LOOP_CONNECTIONS = 32;
