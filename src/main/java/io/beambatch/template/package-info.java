/** Launching on Dataflow: the templates' parameters, the programs that they start, the key. */
package io.beambatch.template;
