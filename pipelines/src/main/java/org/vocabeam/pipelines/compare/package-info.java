/**
 * Comparison of methods on the same images: its plan, its runs, its table and its page.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>Equal compute is decided once.</b> The steps of every method come from its speed on this
 *       machine and are written down before anything is trained ({@link
 *       org.vocabeam.pipelines.compare.ComparisonPlan}). Speeds are never the same twice; with the
 *       plan, all that follows is deterministic, and a comparison that goes on after a kill is the
 *       same comparison. Speeds and minutes are in the plan and on the page, not in the store of
 *       results, which has the same bytes for the same plan.
 *   <li><b>The training step is timed</b>, with reading of images and drawing of views, the program
 *       loaded and warm. The start of programs and pipelines is not, which is the same for all and
 *       small in runs of minutes; nor are BoWNet's extract, codebook and assign, whose time depends
 *       on the words, which favours BoWNet.
 *   <li><b>Beside the methods stand random weights, once a seed and network, and pixels.</b> The
 *       first weights of a network depend on the seed alone. At first their batch norm does
 *       nothing; while a method trains, it normalises. So the same weights stand there a second
 *       time, with statistics of the images: the start of every method, which may be better or
 *       worse by many points.
 *   <li><b>Seeds are the sample.</b> Intervals and tests are over seeds, paired because a seed
 *       gives all methods the same images in the same order. The interval of a single run is shown
 *       only where there is one seed: on Photo-ID it is 2.3 points, of test images alone.
 *   <li><b>Curves against minutes take them from the plan</b>, as steps times measured seconds: the
 *       stores of steps have no times, because they have the same bytes on every machine.
 *   <li><b>A plan file lists entries, {@code compare.json} what was measured for them.</b> An entry
 *       is parsed as options of {@code pretrain}, so there is one list of constants.
 *   <li><b>Runs are side by side only on a cluster.</b> In one process every network uses all
 *       cores.
 *   <li><b>A method that refuses the images, or a run that stops, is a result.</b> The table gives
 *       the reason. All other failures end the command, because they say nothing of a method.
 *   <li><b>The page is one file.</b> Tables, pictures and texts are in the HTML and need no script;
 *       a script draws the curves (uPlot, 50 kB, from its webjar; ECharts would be 1 MB) and sorts
 *       the table. Nothing is fetched, so it works from a disk, a mail or a CI artefact.
 *   <li><b>Losses are drawn a chart each</b>, because those of different methods have different
 *       units; embedding stds share their scale.
 *   <li><b>The words on the page are not chosen by eye</b>: they are evenly spaced among those that
 *       are the nearest in images enough.
 *   <li><b>The page is a template</b> ({@code page.mustache}) with a small record for each section,
 *       such as {@link org.vocabeam.pipelines.compare.ResultsSection}, as its values.
 * </ul>
 */
package org.vocabeam.pipelines.compare;
