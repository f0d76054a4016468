// What the page takes from its parts and from the scripts before it, as far as tsc needs to know.
declare module '@PARTS@/preact.mjs' {
  export const h: any, render: any, Fragment: any, createContext: any;
}
declare module '@PARTS@/preact_hooks.mjs' {
  export function useState<T>(initial: T | (() => T)): [T, (next: T | ((old: T) => T)) => void];
  export function useEffect(effect: () => void | (() => void), inputs?: any[]): void;
  export function useMemo<T>(make: () => T, inputs: any[]): T;
  export function useCallback<T>(callback: T, inputs: any[]): T;
  export function useRef<T>(initial: T): { current: T };
  export const useContext: any;
}
declare module '@PARTS@/htm.mjs' {
  const htm: { bind(h: any): (strings: TemplateStringsArray, ...values: any[]) => any };
  export default htm;
}
