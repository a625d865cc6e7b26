/**
 * What a comparison of methods has planned and found, for a person: its plan, its table and its
 * page. Nothing here runs a pipeline.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>Equal compute is decided once.</b> The steps of every method come from its speed on this
 *       machine and are written down before anything is trained ({@link
 *       org.vocabeam.pipelines.compare.ComparisonPlan}). Speeds are never the same twice; with the
 *       plan, all that follows is deterministic, and a comparison that goes on after a kill is the
 *       same comparison. Speeds and minutes are in the plan and on the page, not in the store of
 *       results, which is the same bytes for the same plan.
 *   <li><b>What is timed is the training step</b>, with reading of images and drawing of views, the
 *       program loaded and warm. Not timed: start of programs and pipelines, which is the same for
 *       all and small in runs of minutes, and BoWNet's extract, codebook and assign, whose time
 *       depends on the words; BoWNet is favoured by that much.
 *   <li><b>Beside the methods stand random weights and pixels, once a seed.</b> All methods of a
 *       preset have the same backbone, whose first weights depend on the seed alone. As they are
 *       first, their batch norm does nothing; while a method trains, it normalises. So the same
 *       weights stand there a second time, with statistics of the images: where every method
 *       starts, which may be better or worse by many points.
 *   <li><b>A method that refuses the images, or a run that stops, is a result.</b> It has its
 *       reason in the table; all other failures end the command, for they say nothing of a method.
 *   <li><b>The page is one file.</b> Tables, pictures and texts are in the HTML and need no script;
 *       a script draws the curves (uPlot, 50 kB, from its webjar; ECharts would be 1 MB) and sorts
 *       the table. Nothing is fetched, so it works from a disk, a mail or a CI artefact.
 *   <li><b>Losses are drawn a chart each</b>, because those of different methods have different
 *       units; embedding stds share their scale.
 *   <li><b>Which words are shown is not chosen by eye</b>: evenly spaced ones among those that are
 *       the nearest in images enough.
 * </ul>
 */
package org.vocabeam.pipelines.compare;
