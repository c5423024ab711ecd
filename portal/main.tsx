// The portal: everything that people do here, in a browser. A client of the API like any other.
import { render } from 'preact';
import { App } from './app.tsx';

document.body.replaceChildren();
render(<App />, document.body);
