// Preact and htm, under one name.
import { h, render, Fragment, createContext } from '@PARTS@/preact.mjs';
import { useCallback, useContext, useEffect, useMemo, useRef, useState } from '@PARTS@/preact_hooks.mjs';
import htm from '@PARTS@/htm.mjs';

export const html = htm.bind(h);
export { render, Fragment, createContext, useCallback, useContext, useEffect, useMemo, useRef, useState };
