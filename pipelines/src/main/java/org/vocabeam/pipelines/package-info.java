/**
 * What is run: one class per command, with its options, what it starts and what it prints. No
 * maths.
 *
 * <p>Decisions:
 *
 * <ul>
 *   <li><b>picocli reads the command line, Beam the rest of it.</b> A command declares its own
 *       options; those of Beam and its runners are not repeated here, but what picocli does not
 *       know must be known to {@code PipelineOptionsFactory}, or the command line is refused before
 *       anything runs ({@link org.vocabeam.pipelines.options.BeamArguments}). Beam's options stop
 *       in this package.
 *   <li><b>Embedded Flink is the default runner.</b> Of three small pipelines with a GroupByKey in
 *       one JVM, the first took 4.7 s and the others 2.1 to 2.8 s on embedded Flink, 2.6 s and 0.2
 *       to 0.3 s on the DirectRunner (two busy cores). So a pipeline costs about two seconds more.
 *       Flink is the default all the same: it sorts and groups in bounded memory and spills to
 *       disk, where the DirectRunner holds everything in the heap, and it is the engine that the
 *       clusters run. {@code --runner=DirectRunner} is there for work of seconds, and has one
 *       thread unless told otherwise: its monitor never pauses, and with more took 57 % of the
 *       JVM's samples while networks trained in TensorFlow's own threads.
 *   <li><b>One embedded cluster serves all pipelines of a process</b> ({@link
 *       org.vocabeam.pipelines.runner.EmbeddedFlink}). The two seconds were mostly a cluster that
 *       was started and stopped for every pipeline: rounds of four steps of the small preset took
 *       3.9 to 4.8 s with a cluster each, and take 1.9 to 2.7 s with one for all (two quiet cores,
 *       the same minutes).
 *   <li><b>A cluster's lib holds Vocabeam whole; a job brings no class along.</b> Native TensorFlow
 *       can be loaded by one class loader of a JVM, so the engine and {@code models} must be in
 *       lib; the question was the rest. Rounds of five steps of the small preset, one TaskManager
 *       of two slots on two cores with twenty other processes, {@code --filesToStage} as said:
 *       <ul>
 *         <li>transforms, pipelines, Beam and the other libraries with every job (60 MB): 14 to 38
 *             s a round, 5.8 CPU seconds of the TaskManager, 2,500 classes loaded anew by every job
 *             and compiled anew; metaspace between 117 and 172 MB, as full collections come.
 *         <li>only transforms and pipelines with the job (1.3 MB), Beam in lib: does not run.
 *             Beam's SerializableCoder looks for the class of an element with its own loader, which
 *             does not see those of the job.
 *         <li>nothing with the job: 4 to 6 s a round, 2.4 CPU seconds, no class loaded after the
 *             first round, metaspace 89 MB from then on. Loaded programs stay in the TaskManager
 *             from round to round, which the other ways have only with their cache in {@code
 *             models}.
 *       </ul>
 *       The price: the cluster is of one build, and is started anew for another one. A command asks
 *       it first ({@link org.vocabeam.pipelines.runner.FlinkCluster#check}), because a strange
 *       class would show as anything.
 *   <li><b>Commands watch their jobs</b> ({@link org.vocabeam.pipelines.runner.ClusterJob}). Flink
 *       tries a failed job again whatever the reason; one that throws a {@link
 *       org.vocabeam.models.UserError} is cancelled instead. Exceptions come as text, so no class
 *       of a worker needs to be loaded here. Beam's counters do not move before a worker has done
 *       its whole part (classic batch on Flink hands them on when a function is closed), so
 *       replicas report their steps in a file beside the run ({@link
 *       org.vocabeam.transforms.training.StepReport}).
 *   <li><b>Locations become absolute only for a cluster</b>, whose workers have another working
 *       directory ({@link org.vocabeam.pipelines.options.Locations}); they do not get into what is
 *       written.
 *   <li><b>A failure is one line.</b> A {@link org.vocabeam.models.UserError} anywhere in the chain
 *       of causes is its message and no more; anything else is a bug of ours or of the machine, and
 *       its stack trace goes to a file, so that nobody has to repeat hours of work to see it. The
 *       engines' own logging of the same failure is off ({@code runner-config}).
 *   <li><b>Results go to standard output</b>, all else to standard error.
 *   <li><b>A stage finds its own result.</b> Every stage asks its store for what made it ({@link
 *       org.vocabeam.pipelines.inputs.Provenance}): the same is not made again, another is refused
 *       with what differs. So a chain of stages ({@link org.vocabeam.pipelines.run.Generations})
 *       keeps no state of its own; killed anywhere and started again, it goes on at the first stage
 *       that is not complete.
 *   <li><b>The demo types commands.</b> Its steps are command lines that a person could type, and
 *       it prints them ({@link org.vocabeam.pipelines.runner.Steps}).
 * </ul>
 */
package org.vocabeam.pipelines;
