/**
 * Where pipelines run: in this process or on a Flink cluster. Decisions:
 *
 * <ul>
 *   <li><b>Embedded Flink is the default runner.</b> It sorts and groups in bounded memory and
 *       spills to disk, where the DirectRunner holds everything in the heap, and it is the engine
 *       that the clusters run. It costs up to two seconds a pipeline. {@code DirectRunner} is there
 *       for work of seconds and has one thread unless told otherwise: with more, its monitor, which
 *       never pauses, took 57 % of the JVM's samples.
 *   <li><b>One embedded cluster serves all pipelines of a process</b> ({@link
 *       org.vocabeam.pipelines.runner.EmbeddedFlink}): rounds of four steps took 3.9 to 4.8 s with
 *       a cluster each and take 1.9 to 2.7 s with one for all.
 *   <li><b>A cluster's lib holds all of Vocabeam; a job brings no class along.</b> Native
 *       TensorFlow can be loaded by one class loader of a JVM only, so engine and {@code models}
 *       must be in lib. With everything else in the job a round of five steps took 14 to 38 s, with
 *       everything in lib 4 to 6 s, and loaded programs stay in the TaskManager from round to
 *       round. The price: a cluster belongs to one build and is restarted for another. A command
 *       asks first ({@link org.vocabeam.pipelines.runner.FlinkCluster#check}), because a foreign
 *       class could fail in any way.
 *   <li><b>Commands watch their jobs</b> ({@link org.vocabeam.pipelines.runner.ClusterJob}). Flink
 *       tries a failed job again whatever the reason; a job that throws a {@link
 *       org.vocabeam.models.UserError} is cancelled instead. Exceptions arrive as text, so that no
 *       class of a worker has to be loaded here. Beam's counters stand still until a worker has
 *       done its whole part, so replicas report their steps in a file beside the run ({@link
 *       org.vocabeam.transforms.training.StepReport}).
 * </ul>
 *
 * More measurements are in docs/experiments.md.
 */
package org.vocabeam.pipelines.runner;
