/**
 * One class per command. A command declares its options by the mixins of {@link
 * org.vocabeam.pipelines.options}, makes an object of the packages below, runs it and prints the
 * result. It decides nothing about what is computed.
 *
 * <p>A command of another module implements {@link org.vocabeam.pipelines.command.AddedCommand}:
 * {@code bench} lives under {@code quality/} and so is not in a cluster's lib.
 */
package org.vocabeam.pipelines.command;
