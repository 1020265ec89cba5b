/**
 * The flex template for Dataflow. In: its parameters ({@link
 * io.beambatch.template.TemplateOptions}), which name the job file, the run and the secret with the
 * provider's key. Out: a run that is begun or resumed, and its graph, handed to Dataflow. Start at
 * {@link io.beambatch.template.FlexTemplate}; {@link io.beambatch.template.TemplateFiles} writes
 * metadata and documentation from the same declarations.
 */
@NullMarked
package io.beambatch.template;

import org.jspecify.annotations.NullMarked;
