// The portal: everything that people do here, in a browser. A client of the API like any other.
import { render } from 'preact';
import { App } from './app.tsx';
import { keepFocus } from './kit/focus.ts';

document.body.replaceChildren();
keepFocus();
render(<App />, document.body);
