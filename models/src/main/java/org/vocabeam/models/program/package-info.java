/**
 * Programs: SavedModels with several signatures on one session, authored here and run by DJL.
 *
 * <p>A program holds no values. TensorFlow-Java's exporter would first initialise and save every
 * variable (gigabytes for a large network with teacher and momentum); the graph alone is written
 * instead, and state goes in and out by the signatures {@code write_state} and {@code read_state}.
 *
 * <p>A program's GPU is chosen when it is written: its operations carry the device's name. {@link
 * org.vocabeam.models.program.Gpus} chooses; it knows which GPUs the process was given and the
 * programs on each. Flink hands external resources to its own functions but not to Beam's, so a
 * TaskManager's plugin leaves them in a system property. Slots are not known here either: with as
 * many slots as GPUs, programs that run at the same time are on different GPUs, and with one of
 * each to a TaskManager, as on Kubernetes, a slot is a GPU.
 *
 * <p>A program on the CPU touches no GPU: neither its session, which has none, nor DJL, whose
 * engine starts on the CPU ({@code DjlEngine}). Only the choices AUTO and GPU look for GPUs, which
 * starts all of them; memory on one is taken as its programs need it.
 *
 * <p>Gradients of ReLU read its output, not its input as TensorFlow's gradients in C++ do: the same
 * bytes from less memory. ResNet-18, 192 images of 32 pixels in a step: a process of 1.9 GB instead
 * of 2.3.
 */
package org.vocabeam.models.program;
