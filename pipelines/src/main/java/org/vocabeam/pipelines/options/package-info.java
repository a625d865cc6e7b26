/**
 * Groups of options that commands share, as picocli mixins. An option is declared in one place and
 * is known to no class below this package.
 *
 * <p><b>picocli reads the command line, Beam the rest of it.</b> Options of Beam and of its runners
 * are not repeated here: what picocli does not know must be known to {@code
 * PipelineOptionsFactory}, or the command line is refused before anything runs ({@link
 * org.vocabeam.pipelines.options.BeamArguments}).
 *
 * <p><b>Locations become absolute only for a cluster</b>, whose workers have another working
 * directory ({@link org.vocabeam.pipelines.options.Locations}); absolute paths do not get into what
 * is written.
 */
package org.vocabeam.pipelines.options;
