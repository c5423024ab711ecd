// How one came to a page, and the way back from it.
import { useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';

/** Whether a link led here: not the way back, a reload, or another search on the same page. */
export const useCameByLink = (): boolean => {
  // preact-iso knows it, and its types do not say so
  const here: ReturnType<typeof useLocation> & { wasPush?: boolean } = useLocation();
  return here.wasPush === true;
};

/** Leaves a page for where one came from, or for `otherwise` where that was not in here. */
export const useGoBack = (otherwise: string): (() => void) => {
  const { route } = useLocation();
  const wasLed = useRef(useCameByLink()).current;
  return () => (wasLed ? history.back() : route(otherwise, true));
};
