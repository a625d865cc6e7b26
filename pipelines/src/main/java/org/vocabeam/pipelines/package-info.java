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
 *       anything runs ({@link org.vocabeam.pipelines.PipelineArguments}). Beam's options stop in
 *       this package.
 *   <li><b>Embedded Flink is the default runner.</b> Of three small pipelines with a GroupByKey in
 *       one JVM, the first took 4.7 s and the others 2.1 to 2.8 s on embedded Flink, 2.6 s and 0.2
 *       to 0.3 s on the DirectRunner (two busy cores). So a pipeline costs about two seconds more.
 *       Flink is the default all the same: it sorts and groups in bounded memory and spills to
 *       disk, where the DirectRunner holds everything in the heap, and it is the engine that the
 *       clusters run. {@code --runner=DirectRunner} is there for work of seconds.
 *   <li><b>A failure is one line.</b> A {@link org.vocabeam.models.UserError} anywhere in the chain
 *       of causes is its message and no more; anything else is a bug of ours or of the machine, and
 *       its stack trace goes to a file, so that nobody has to repeat hours of work to see it. The
 *       engines' own logging of the same failure is off ({@code runner-config}).
 *   <li><b>Results go to standard output</b>, all else to standard error.
 *   <li><b>A stage finds its own result.</b> Every stage asks its store for what made it ({@link
 *       org.vocabeam.pipelines.Provenance}): the same is not made again, another is refused with
 *       what differs. So a chain of stages ({@link org.vocabeam.pipelines.Generations}) keeps no
 *       state of its own; killed anywhere and started again, it goes on at the first stage that is
 *       not complete.
 *   <li><b>The demo types commands.</b> Its steps are command lines that a person could type, and
 *       it prints them ({@link org.vocabeam.pipelines.Steps}).
 * </ul>
 */
package org.vocabeam.pipelines;
