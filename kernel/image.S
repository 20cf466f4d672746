/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel image as read-only data of the library; page-aligned, so that it can be mapped. */

	.section .lkl_image, "a", @progbits
	.balign 4096
	.globl lkl_embedded_image_start
	.hidden lkl_embedded_image_start
	.type lkl_embedded_image_start, @object
lkl_embedded_image_start:
#ifdef LKL_IMAGE_FILE
	.incbin LKL_IMAGE_FILE
#endif
	.globl lkl_embedded_image_end
	.hidden lkl_embedded_image_end
	.type lkl_embedded_image_end, @object
lkl_embedded_image_end:
	.size lkl_embedded_image_start, . - lkl_embedded_image_start
	.balign 4096

	.section .note.GNU-stack, "", @progbits
