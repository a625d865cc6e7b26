/**
 * Inputs of a run, opened and checked: images, targets, stored views, first weights, run
 * directories. Also the choices that requests are made of before anything is opened: an {@link
 * org.vocabeam.pipelines.inputs.ImageInput}, a {@link org.vocabeam.pipelines.inputs.RecipeChoice},
 * a {@link org.vocabeam.pipelines.inputs.PoolingChoice}.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>A choice prints the options that make it</b>, without those that have their defaults;
 *       the defaults are constants here, to which the options refer.
 *   <li><b>Inputs that do not belong together are refused by their provenance</b>, naming what
 *       differs and what to do, before any pipeline runs.
 * </ul>
 */
package org.vocabeam.pipelines.inputs;
